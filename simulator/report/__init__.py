"""What people see: tables, maps, trees; it simulates nothing."""
