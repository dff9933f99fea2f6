package vcf

// TakesColumns tells the tests what the automaton for sample columns takes.
func TakesColumns(text []byte) bool { return columnForm.takes(text) }
