"""What wakes the journey: a pure decision and a thin shell each."""
