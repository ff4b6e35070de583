"""The door of encrypted mail: S/MIME in and out, one certificate per party.

A mail counts only when it is encrypted to this installation and, inside, signed with the certificate that the party's
access manager registered for the sender's address. Whatever else comes is answered with one same sentence, at most
once a day per address, that tells nothing of why.
"""
