// Package committee sets up what the benchmarks of key release work on: committees with all their secrets in one
// hand, whole runs of the key generation, and jobs to release.
//
// Deal makes a committee quickly, from one dealer who knows the key: for measuring releases only, never for use.
// Generate and Reshare play a run with all its parties and say what each part of it costs.
package committee
