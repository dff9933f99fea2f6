package walk

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/volens-network/volens/core/filetype"
)

// leastPersonal is from how many characters on a value of a record or a picture counts.
const leastPersonal = 5

// Personal counts the values of the originals that identify a person and stand in the opened file: names, addresses,
// numbers and contacts of FHIR resources, the same attributes of DICOM instances, samples of reads. Like Leftovers it
// shares no code with what removed them, and looks at the first 64 MiB of each file.
func Personal(originals []string, opened string) (int, error) {
	texts, err := openedTexts(opened)
	if err != nil {
		return 0, err
	}
	found := 0
	seen := make(map[string]bool)
	for _, name := range originals {
		text, err := readText(name)
		if err != nil {
			return 0, err
		}
		for _, value := range personal([]byte(text)) {
			if value = strings.TrimSpace(value); len(value) < leastPersonal || seen[value] {
				continue
			}
			seen[value] = true
			for _, text := range texts {
				if strings.Contains(text, value) {
					found++
					break
				}
			}
		}
	}
	return found, nil
}

// personal are the values of one file, by what it is.
func personal(text []byte) []string {
	switch filetype.DetectBytes(text[:min(len(text), filetype.PeekSize)], len(text) < filetype.PeekSize).Format {
	case filetype.FormatFHIRJSON, filetype.FormatFHIRNDJSON:
		return personalFHIR(text)
	case filetype.FormatDICOM:
		return personalDICOM(text)
	default:
		return personalReads(text)
	}
}

// openedTexts is the opened file, or each file of its archive.
func openedTexts(path string) ([]string, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	head := []byte(text[:min(len(text), filetype.PeekSize)])
	if filetype.DetectBytes(head, false).Format != filetype.FormatArchive {
		return []string{text}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	var out []string
	for entries := tar.NewReader(file); ; {
		_, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		err = unpacked(entries, func(plain io.Reader) error {
			raw, err := io.ReadAll(io.LimitReader(plain, maxLook))
			out = append(out, string(raw))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
}

// namedFHIR are members whose strings name a person wherever they stand; valuedFHIR those whose value does.
var (
	namedFHIR  = map[string]bool{"family": true, "given": true, "line": true}
	valuedFHIR = map[string]bool{"telecom": true, "identifier": true}
)

func personalFHIR(text []byte) []string {
	var out []string
	for resources := json.NewDecoder(bytes.NewReader(text)); ; {
		var resource any
		if resources.Decode(&resource) != nil {
			return out // The end, or more than is looked at.
		}
		out = append(out, namesIn(resource, "", "")...)
	}
}

// namesIn walks a resource. above and key name the member that a value stands in.
func namesIn(value any, above, key string) []string {
	var out []string
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			out = append(out, namesIn(member, key, name)...)
		}
	case []any:
		for _, item := range value {
			out = append(out, namesIn(item, above, key)...)
		}
	case string:
		if namedFHIR[key] || key == "value" && valuedFHIR[above] {
			out = append(out, value)
		}
	}
	return out
}

// namedDICOM are attributes that identify a person or a place, with their value representations (PS3.6).
var namedDICOM = []struct {
	group, element uint16
	vr             string
}{
	{0x0008, 0x0050, "SH"},
	{0x0008, 0x0080, "LO"},
	{0x0008, 0x0081, "ST"},
	{0x0008, 0x0090, "PN"},
	{0x0008, 0x1050, "PN"},
	{0x0008, 0x1070, "PN"},
	{0x0010, 0x0010, "PN"},
	{0x0010, 0x0020, "LO"},
	{0x0010, 0x1001, "PN"},
	{0x0010, 0x1040, "LO"},
	{0x0010, 0x2154, "SH"},
}

// personalDICOM finds attributes by the bytes of their tags, in little endian, explicit or implicit.
func personalDICOM(text []byte) []string {
	const head, longest = 8, 1024
	var out []string
	for _, attribute := range namedDICOM {
		tag := binary.LittleEndian.AppendUint16(nil, attribute.group)
		tag = binary.LittleEndian.AppendUint16(tag, attribute.element)
		for rest := text; ; {
			at := bytes.Index(rest, tag)
			if at < 0 || len(rest) < at+head {
				break
			}
			length := binary.LittleEndian.Uint32(rest[at+4:])
			if string(rest[at+4:at+6]) == attribute.vr {
				length = uint32(binary.LittleEndian.Uint16(rest[at+6:]))
			}
			rest = rest[at+head:]
			if length <= longest && int(length) <= len(rest) {
				out = append(out, strings.Trim(string(rest[:length]), " \x00"))
			}
		}
	}
	return out
}

// samplesOfReads are the samples and libraries of SAM headers.
var samplesOfReads = regexp.MustCompile(`\t(?:SM|LB):([^\t\n]+)`)

func personalReads(text []byte) []string {
	var out []string
	for _, match := range samplesOfReads.FindAllSubmatch(text[:min(len(text), filetype.PeekSize)], -1) {
		out = append(out, string(match[1]))
	}
	return out
}
