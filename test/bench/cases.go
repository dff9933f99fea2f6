package main

import "github.com/volens-network/volens/test/bench/measure"

// samples is how many samples of each side a case takes, unless one sample is long.
const (
	samples = 5
	few     = 3
	once    = 1
)

// cases lists every row in the order of the report.
func cases(e *env) []measure.Case {
	var out []measure.Case
	out = append(out, proofCases()...)
	out = append(out, releaseCases()...)
	out = append(out, blockCases(e)...)
	out = append(out, calypsoCases()...)
	out = append(out, runCases()...)
	out = append(out, genomeCases(e)...)
	out = append(out, dicomCases(e)...)
	out = append(out, recordCases(e)...)
	out = append(out, wasmCases(e)...)
	out = append(out, sealCases(e)...)
	out = append(out, webCases(e)...)
	return append(out, walkCase(e))
}
