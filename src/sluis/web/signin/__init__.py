"""The doors of people: a sign-in provider (OpenID Connect, such as ACM/IDM), a passkey, a client certificate.

Each door ends in the same session on the server (`sluis.web.sessions`), which notes by which door somebody came. No
token of a provider is kept, no national number is asked without a ground, and none of a certificate is read.
"""
