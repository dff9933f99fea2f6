// Package formats de-identifies a file of any format that Volens takes, and checks a
// payload again.
//
// Detect tells the format by the first bytes, Rules.Scrub hands the file to the package
// of that format, and Verify re-runs every check on a whole payload: one file, or the
// archive of several. Which format goes where stands here and nowhere else, so that the
// command line and the web app cannot come to differ. A format that no package cleans
// is refused.
package formats
