"""Access: heads, access managers, and the roles that they grant and withdraw."""
