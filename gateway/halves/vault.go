package halves

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/gateway/access"
	"github.com/volens-network/volens/gateway/wholefile"
	"github.com/volens-network/volens/x/dataset"
)

// ErrUnknown is returned for a version whose part the vault does not hold.
var ErrUnknown = errors.New("no part of this version")

// ErrCommitment is returned for a part that does not open the gateway's commitment,
// or when the version does not list the gateway.
var ErrCommitment = errors.New("part does not open the commitment on chain")

const (
	suffix  = ".json"
	dirMode = 0o700
)

// Vault is a folder of sealed parts, one file each. It is safe for concurrent use by
// one process.
type Vault struct {
	dir      string
	identity *Identity

	mu       sync.Mutex
	holdings map[name]access.Holding
	objects  map[drs.Digest][]name
}

// name is what a part is filed under.
type name struct {
	dataset id.ID
	version uint64
}

// record is a file: what the part is for, and the part as an age file.
type record struct {
	Dataset string `json:"dataset_id"`
	Version uint64 `json:"version"`
	SHA256  string `json:"sha256"`
	Index   int    `json:"index"`
	Sealed  []byte `json:"sealed"`
}

// Open reads the folder, and makes it if need be. Every part must be readable.
func Open(dir string, identity *Identity) (*Vault, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &Vault{
		dir: dir, identity: identity,
		holdings: map[name]access.Holding{}, objects: map[drs.Digest][]name{},
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), suffix) {
			continue // Left over from a write that was cut short.
		}
		_, held, err := v.read(entry.Name())
		if err != nil {
			return nil, fmt.Errorf("open vault: part %s: %w", entry.Name(), err)
		}
		v.enter(held)
	}
	return v, nil
}

// Keep stores a part if it opens the gateway's commitment in the dataset's current
// version. Keeping it again changes nothing, but brings back a file that was lost.
func (v *Vault) Keep(d dataset.Dataset, gateway string, part []byte) (access.Holding, error) {
	of, err := d.ID()
	if err != nil {
		return access.Holding{}, err
	}
	index := slices.IndexFunc(d.Payload.Gateways, func(p dataset.GatePart) bool { return p.Gateway == gateway })
	if index < 0 {
		return access.Holding{}, fmt.Errorf("%w: dataset %s does not list this gateway", ErrCommitment, of)
	}
	if err := gate.Verify(of, d.Version, index+1, part, d.Payload.Gateways[index].Commitment); err != nil {
		return access.Holding{}, fmt.Errorf("%w: %w", ErrCommitment, err)
	}
	held := access.Holding{Dataset: of, Version: d.Version, Index: index + 1}
	if len(d.Payload.Sha256) != len(held.SHA256) {
		return access.Holding{}, fmt.Errorf("dataset %s: digest of %d bytes", of, len(d.Payload.Sha256))
	}
	copy(held.SHA256[:], d.Payload.Sha256)

	whole := v.Check(of, d.Version) == nil
	v.mu.Lock()
	defer v.mu.Unlock()
	_, known := v.holdings[name{of, d.Version}]
	if known && whole {
		return held, nil
	}
	if err := v.write(held, part); err != nil {
		return access.Holding{}, err
	}
	if !known {
		v.enter(held)
	}
	return held, nil
}

// HandOver returns the part of a version as an age file for one age1pq recipient.
func (v *Vault) HandOver(of id.ID, version uint64, recipient string) ([]byte, error) {
	if err := CheckRecipient(recipient); err != nil {
		return nil, err
	}
	if _, held := v.Holding(of, version); !held {
		return nil, fmt.Errorf("%w: version %d of %s", ErrUnknown, version, of)
	}
	sealed, _, err := v.read(fileName(name{of, version}))
	if err != nil {
		return nil, err
	}
	part, err := v.identity.Unseal(bytes.NewReader(sealed))
	if err != nil {
		return nil, fmt.Errorf("version %d of %s: %w", version, of, err)
	}
	defer clear(part)
	var out bytes.Buffer
	if err := sealTo(&out, recipient, part); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Check returns ErrUnknown if the vault does not hold a part, or its file is gone or not
// what its name says.
func (v *Vault) Check(of id.ID, version uint64) error {
	if _, held := v.Holding(of, version); !held {
		return fmt.Errorf("%w: version %d of %s", ErrUnknown, version, of)
	}
	_, _, err := v.read(fileName(name{of, version}))
	var disk *fs.PathError
	if errors.As(err, &disk) && !errors.Is(err, fs.ErrNotExist) {
		return err // The disk does not answer: that is no loss yet.
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return nil
}

// Holding returns what the vault holds for a version, if anything.
func (v *Vault) Holding(of id.ID, version uint64) (access.Holding, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	held, ok := v.holdings[name{of, version}]
	return held, ok
}

// ByDigest lists the versions that an object belongs to.
func (v *Vault) ByDigest(d drs.Digest) []access.Holding {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := make([]access.Holding, 0, len(v.objects[d]))
	for _, n := range v.objects[d] {
		out = append(out, v.holdings[n])
	}
	return out
}

// Holdings lists everything, by dataset and version.
func (v *Vault) Holdings() []access.Holding {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := make([]access.Holding, 0, len(v.holdings))
	for _, held := range v.holdings {
		out = append(out, held)
	}
	slices.SortFunc(out, func(a, b access.Holding) int {
		if c := bytes.Compare(a.Dataset[:], b.Dataset[:]); c != 0 {
			return c
		}
		return int(a.Version) - int(b.Version) //nolint:gosec // versions count replacements, from 1
	})
	return out
}

// Forget erases the part of a version for ever. Without k parts nobody but the owner
// can open the sealed file again.
func (v *Vault) Forget(of id.ID, version uint64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := name{of, version}
	held, ok := v.holdings[n]
	if !ok {
		return nil
	}
	if err := os.Remove(filepath.Join(v.dir, fileName(n))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget part: %w", err)
	}
	delete(v.holdings, n)
	rest := slices.DeleteFunc(v.objects[held.SHA256], func(other name) bool { return other == n })
	if len(rest) == 0 {
		delete(v.objects, held.SHA256)
		return wholefile.SyncDir(v.dir)
	}
	v.objects[held.SHA256] = rest
	return wholefile.SyncDir(v.dir)
}

func (v *Vault) enter(held access.Holding) {
	n := name{held.Dataset, held.Version}
	v.holdings[n] = held
	v.objects[held.SHA256] = append(v.objects[held.SHA256], n)
}

func fileName(n name) string {
	return n.dataset.String() + "-" + strconv.FormatUint(n.version, 10) + suffix
}

// write seals a part and puts its file in place, whole.
func (v *Vault) write(held access.Holding, part []byte) error {
	var sealed bytes.Buffer
	if err := sealTo(&sealed, v.identity.Recipient(), part); err != nil {
		return err
	}
	raw, err := json.Marshal(record{
		Dataset: held.Dataset.String(), Version: held.Version, SHA256: held.SHA256.String(), Index: held.Index,
		Sealed: sealed.Bytes(),
	})
	if err != nil {
		return fmt.Errorf("write part: %w", err)
	}
	path := filepath.Join(v.dir, fileName(name{held.Dataset, held.Version}))
	if err := wholefile.Write(path, raw); err != nil {
		return fmt.Errorf("write part: %w", err)
	}
	return nil
}

// read returns the sealed part of a file and what it is for.
func (v *Vault) read(file string) ([]byte, access.Holding, error) {
	raw, err := os.ReadFile(filepath.Join(v.dir, file))
	if err != nil {
		return nil, access.Holding{}, fmt.Errorf("read part: %w", err)
	}
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, access.Holding{}, fmt.Errorf("read part: %w", err)
	}
	of, err := id.Parse(r.Dataset)
	if err != nil {
		return nil, access.Holding{}, fmt.Errorf("read part: %w", err)
	}
	digest, err := drs.ParseDigest(r.SHA256)
	if err != nil {
		return nil, access.Holding{}, fmt.Errorf("read part: %w", err)
	}
	if r.Index < 1 || r.Index > gate.MaxParts || fileName(name{of, r.Version}) != file || len(r.Sealed) == 0 {
		return nil, access.Holding{}, errors.New("read part: file is not what its name says")
	}
	return r.Sealed, access.Holding{Dataset: of, Version: r.Version, SHA256: digest, Index: r.Index}, nil
}
