"""Everything that turns facts into paper: faces, drawn parts, the layout, the press (F1, F2)."""
