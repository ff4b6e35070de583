"""Agreements on paper: the text as PDF/A in four languages, and the documents that belong to an agreement.

`printing.agreement_pdf` prints, `actions.attach_document` takes the decision of a college or council after a walled-off
check, `store.document_of` and `store.documents_of` give back what is kept. Signatures on the paper are in
`sluis.agreements.signatures`. Nothing is imported here: the walled-off process loads only what it needs.
"""
