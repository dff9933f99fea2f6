// Command dicomtable writes core/deid/dicom/attributes.tsv: what DICOM says about
// each attribute, in one line. Its sources are the tables of PS3.6 (tag and VR)
// and PS3.15, E.1-1 (actions and options) of edition 2024e, as tab-separated
// files:
//
//	go run ./scripts/dicomtable ../shared/profiles > core/deid/dicom/attributes.tsv
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const head = `# DICOM attributes, edition 2024e. Made by scripts/dicomtable from PS3.6 (tag, VR) and PS3.15, table E.1-1.
# Columns: tag, VR, action of the Basic Application Level Confidentiality Profile ("-" if the table has none), and
# the options that change it: d modified dates, t clean descriptors, p patient characteristics, s clean structured
# content, g clean graphics.
`

// columns of E.1-1 that hold the options, and their letters.
var options = map[int]string{2: "d", 3: "t", 7: "p", 8: "s", 9: "g"}

var plainTag = regexp.MustCompile(`^[0-9A-F]{8}$`)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dicomtable FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "dicomtable:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	vrs, err := rows(filepath.Join(folder, "ps3.6-tag-vr.2024e.tsv"))
	if err != nil {
		return err
	}
	actions, err := rows(filepath.Join(folder, "ps3.15-e1-1.2024e.tsv"))
	if err != nil {
		return err
	}
	lines := map[string]string{}
	for _, row := range vrs {
		if len(row) == 2 && plainTag.MatchString(row[0]) && len(row[1]) == 2 && row[0] < "FFFE0000" {
			lines[row[0]] = row[0] + "\t" + row[1] + "\t-\t"
		}
	}
	for _, row := range actions {
		line, known := lines[row[0]]
		if !known {
			continue // Private and repeating groups, which the program knows by their group.
		}
		letters := ""
		for _, column := range []int{2, 3, 7, 8, 9} {
			if column < len(row) && row[column] != "" {
				letters += options[column]
			}
		}
		lines[row[0]] = strings.TrimSuffix(line, "-\t") + row[1] + "\t" + letters
	}
	all := make([]string, 0, len(lines))
	for _, line := range lines {
		all = append(all, line)
	}
	slices.Sort(all)
	_, err = os.Stdout.WriteString(head + strings.Join(all, "\n") + "\n")
	return err
}

func rows(path string) (all [][]string, err error) {
	file, err := os.Open(path) //nolint:gosec // the folder that the caller names
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		all = append(all, strings.Split(lines.Text(), "\t"))
	}
	return all, lines.Err()
}
