"""Following which bodies have joined, campaigns, and the worklist of each person."""
