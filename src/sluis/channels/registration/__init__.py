"""The keys and certificates by which parties come in: an SSH key for SFTP, an S/MIME certificate for encrypted mail.

Each stands for a machine of the party, an actor of its own with the role that the access manager gave it: the gate
knows it as it knows a person. A key that is removed opens nothing from the next request on.
"""
