"""Access: heads of parties, access managers, and the roles that they grant and withdraw.

A protocol says it so (protocol of 19 October 2020 on the common client file, article 6): pages are read and changed
only after an access manager, appointed by the head of a party, granted the rights and roles needed. Nobody grants
anything to themselves, heavy roles ask a second pair of eyes, and each change is an entry of the ledger in the same
transaction.
"""
