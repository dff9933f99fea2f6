package main

// NewRoot is the command tree, PrintRun what custody status says of a run.
var (
	NewRoot  = newRoot
	PrintRun = printRun
)
