package walk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
)

// Summary is the last line of a walk. Its flat fields are the first dataset's.
type Summary struct {
	Step     string           `json:"step"` // always "summary"
	OK       bool             `json:"ok"`
	Datasets []DatasetSummary `json:"datasets"`
	// DeidSHA256 is from the report, PlaintextSHA256 of the bytes that entered the seal,
	// FetchedSHA256 of the researcher's file: all are equal.
	DeidSHA256      string `json:"deid_sha256"`
	PlaintextSHA256 string `json:"plaintext_sha256"`
	FetchedSHA256   string `json:"fetched_sha256"`
	// ReadyHeight is where the job became ready, ReleaseHeight where its key was stored.
	ReadyHeight   int64  `json:"ready_height"`
	ReleaseHeight int64  `json:"release_height"`
	ReleaseBlocks int64  `json:"release_blocks"`
	Paid          []Paid `json:"paid"`
	// StockAge says that an unmodified age opened the same bytes.
	StockAge bool `json:"stock_age"`
	// DeniedRefused and WithdrawnRefused say that a refused and a revoked consent released
	// nothing.
	DeniedRefused    bool `json:"denied_refused"`
	WithdrawnRefused bool `json:"withdrawn_refused"`
	// Seconds since the town was begun; Failed is what did not hold.
	Seconds float64 `json:"seconds"`
	Failed  string  `json:"failed,omitempty"`
}

// DatasetSummary is what became of one file.
type DatasetSummary struct {
	ID              string `json:"id"`
	Kind            string `json:"kind"`
	DeidSHA256      string `json:"deid_sha256"`
	PlaintextSHA256 string `json:"plaintext_sha256"`
	FetchedSHA256   string `json:"fetched_sha256"`
	ReadyHeight     int64  `json:"ready_height"`
	ReleaseHeight   int64  `json:"release_height"`
	ReleaseBlocks   int64  `json:"release_blocks"`
}

// Paid is one part of what the researcher paid.
type Paid struct {
	Role    string `json:"role"`
	Address string `json:"address"`
	Amount  uint64 `json:"amount"`
	Denom   string `json:"denom"`
	// HeldUntil is the height at which it is paid, 0 when that is done.
	HeldUntil int64 `json:"held_until"`
}

// finish fills the flat fields.
func (s *Summary) finish(sets []*set) {
	s.Datasets = make([]DatasetSummary, len(sets))
	for i, d := range sets {
		s.Datasets[i] = d.summary
	}
	if len(sets) == 0 {
		return
	}
	first := s.Datasets[0]
	s.DeidSHA256, s.PlaintextSHA256, s.FetchedSHA256 = first.DeidSHA256, first.PlaintextSHA256, first.FetchedSHA256
	s.ReadyHeight, s.ReleaseHeight, s.ReleaseBlocks = first.ReadyHeight, first.ReleaseHeight, first.ReleaseBlocks
}

// digestOf is the SHA-256 of a file in hexadecimal digits.
func digestOf(path string) (text string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
