package fhir_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source is the table of all elements of FHIR R4, beside the repository.
var source = filepath.Join("..", "..", "..", "..", "shared", "profiles", "fhir-r4-elements.tsv")

// inherited are the members that every resource, backbone element or data type
// has; node.go adds them.
var inherited = []string{
	"id", "extension", "modifierExtension", "meta", "implicitRules", "language", "text", "contained",
}

// TestElements_MadeFromTheSpecification makes elements.txt anew and compares. With
// VOLENS_UPDATE_ELEMENTS=1 in the environment it writes the file instead.
func TestElements_MadeFromTheSpecification(t *testing.T) {
	data, err := os.ReadFile(source)
	if err != nil {
		t.Skip("the table of FHIR's elements is not beside the repository")
	}
	made := elements(t, data)
	if os.Getenv("VOLENS_UPDATE_ELEMENTS") == "1" {
		require.NoError(t, os.WriteFile("elements.txt", made, 0o644))
	}
	have, err := os.ReadFile("elements.txt")
	require.NoError(t, err)
	require.True(t, bytes.Equal(made, have), "elements.txt is not what the specification gives")
}

func elements(t *testing.T, data []byte) []byte {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	members, dataTypes := map[string][]string{}, map[string]bool{}
	for _, row := range rows[1:] {
		kind, path, typ, set := row[0], row[1], row[4], row[5]
		at := strings.LastIndexByte(path, '.')
		if kind != "resource" && kind != "complex-type" || at < 0 {
			continue
		}
		parent, name := path[:at], path[at+1:]
		top := !strings.Contains(parent, ".")
		if slices.Contains(inherited[:3], name) || kind == "resource" && top && slices.Contains(inherited, name) {
			continue
		}
		if typ == "code" && set != "" {
			typ = "code!"
		}
		dataTypes[parent] = kind == "complex-type"
		members[parent] = append(members[parent], name+":"+typ)
	}
	var out bytes.Buffer
	out.WriteString("# Elements of FHIR R4 4.0.1 (hl7.fhir.r4.core, CC0): container, then member:type|type. " +
		"code! has a required value set,\n# ~ is before data types. Made by elements_test.go; members that all have are left out.\n")
	var paths []string
	for path := range members {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		if dataTypes[path] {
			out.WriteByte('~')
		}
		out.WriteString(path + " " + strings.Join(members[path], " ") + "\n")
	}
	return out.Bytes()
}
