"""FHIR R4: a strict, closed reader made from one table, from which the published profiles are made as well."""
