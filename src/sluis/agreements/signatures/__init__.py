"""Signatures on the paper of an agreement: PAdES in, and a judgement in words out.

`signing.sign_pdf` signs with a key file or a card (`hands`), `validation.validate_pdf` judges a signed PDF by a trust
list (`trust`), `words.validation_in_words` says it, and `actions.accept_signed_pdf` lets a signed PDF count as the
signature of its parties. `demo_pki` makes certificates for the demo and the tests.
"""
