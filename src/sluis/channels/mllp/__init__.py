"""HL7 v2 over MLLP with TLS: a hospital comes in by its client certificate, and by nothing else."""
