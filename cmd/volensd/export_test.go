package main

// NewRoot is the command tree.
var NewRoot = newRoot
