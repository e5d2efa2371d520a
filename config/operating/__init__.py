"""What runs, how well, and what does not fit: for whoever runs the system, and for the auditor."""
