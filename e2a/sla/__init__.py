"""What is done about promises: explanations now; exceptions and alerts when their issues arrive."""
