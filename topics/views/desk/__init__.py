"""Topics at the desk: apply, review, read opinions, discuss, plan, hand over, tell."""
