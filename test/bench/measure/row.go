package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// Row is one measured case. Values are medians; null is what was not measured.
type Row struct {
	Name     string   `json:"name"`
	Unit     string   `json:"unit"`
	Ours     *float64 `json:"ours"`
	Peer     *float64 `json:"peer"`
	PeerName string   `json:"peer_name"`
	// Ratio is how many times better ours is than the peer, whichever way the unit goes.
	Ratio *float64 `json:"ratio"`
	// Runs is how many samples of each side the medians are of.
	Runs int `json:"runs"`
	// Load is the system's load over the last minute.
	Load   *float64 `json:"load"`
	Target string   `json:"target"`
}

// WriteRows writes one JSON line for each row.
func WriteRows(dst io.Writer, rows []Row) error {
	encoder := json.NewEncoder(dst)
	encoder.SetEscapeHTML(false) // Targets hold < and >.
	for _, row := range rows {
		if err := encoder.Encode(row); err != nil {
			return fmt.Errorf("write row %s: %w", row.Name, err)
		}
	}
	return nil
}

// ReadRows reads what WriteRows wrote. It refuses unknown fields, rows without a name and a name twice.
func ReadRows(src io.Reader) ([]Row, error) {
	raw, err := io.ReadAll(src)
	if err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	var rows []Row
	seen := map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	for {
		var row Row
		err := decoder.Decode(&row)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(rows)+1, err)
		}
		if row.Name == "" || seen[row.Name] {
			return nil, fmt.Errorf("row %d: name %q is empty or comes twice", len(rows)+1, row.Name)
		}
		seen[row.Name] = true
		rows = append(rows, row)
	}
}

// WriteTable shows rows with their verdicts.
func WriteTable(dst io.Writer, rows []Row) error {
	table := tabwriter.NewWriter(dst, 0, 0, 2, ' ', 0)
	line := func(cells ...any) error {
		_, err := fmt.Fprintf(table, "%v\t%v\t%v\t%v\t%v\t%v\t%v\t%v\n", cells...)
		return err
	}
	if err := line("row", "ours", "peer", "ratio", "unit", "load", "target", "peer is"); err != nil {
		return err
	}
	for _, row := range rows {
		verdict, err := Judge(row)
		if err != nil {
			return err
		}
		target := row.Target
		if verdict != NoTarget {
			target += ": " + string(verdict)
		}
		ours, peer, ratio := cell(row.Ours), cell(row.Peer), cell(row.Ratio)
		if err := line(row.Name, ours, peer, ratio, row.Unit, cell(row.Load), target, row.PeerName); err != nil {
			return err
		}
	}
	return table.Flush()
}

func cell(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.4g", *v)
}
