package main

// Run is the whole program with its surroundings handed in.
var Run = run
