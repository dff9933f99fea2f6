// Package upload receives sealed files: resumable uploads by tus 1.0 with the
// extensions creation, creation-with-upload and termination.
//
// New opens the staging folder; Create, Resume, Append and Cancel serve the calls of an
// account that logged in. An upload announces its SHA-256. When its last byte has come,
// the digest is checked and the object placed, whole, where it is read from; an upload
// that lied leaves nothing. Uploads under way survive a restart: what was staged is on
// disk, and so is whose it is.
//
// Collect ends what nobody came back for. The package decides nothing about reading.
package upload

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	tus "github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/gateway/blobstore"
	"github.com/volens-network/volens/gateway/problem"
)

// Limits of the uploads of a gateway.
type Limits struct {
	// MaxSize of one object in bytes.
	MaxSize int64
	// Quota is how many bytes an account may hold that no registration names.
	Quota int64
	// Total is Quota for all accounts together. Both count uploads under way by the length that
	// they announce.
	Total int64
	// Active is how many requests may send bytes at once, PerAccount how many of one account.
	Active, PerAccount int
	// Keep is how long an upload, and an object that no registration names, is kept.
	Keep time.Duration
}

const (
	idSize     = 16
	doneSuffix = ".done"
	infoSuffix = ".info"

	metaSHA256  = "sha256"
	metaAccount = "account"
)

// ResumeHeader is a header that, being "1" in a creation, asks for the upload that the
// account has under way for the same bytes instead of a new one, so that a client need not
// remember it.
const ResumeHeader = "Volens-Resume"

// IDPattern is what the id of an upload looks like.
const IDPattern = `[0-9a-f]{32}`

var idExact = regexp.MustCompile(`^` + IDPattern + `$`)

// Service serves uploads. It is safe for concurrent use by one process.
type Service struct {
	dir     string
	base    string
	limits  Limits
	objects *blobstore.Objects
	now     func() time.Time
	rand    io.Reader

	store  filestore.FileStore
	tus    *tus.UnroutedHandler
	routes http.Handler
	ledger *ledger

	mu        sync.Mutex
	finishing map[string]*sync.Mutex
}

// done is what stays of an upload that was placed, so that a client whose answer was
// lost learns that all bytes have come.
type done struct {
	Account string    `json:"account"`
	Size    int64     `json:"size"`
	SHA256  string    `json:"sha256"`
	At      time.Time `json:"at"`
}

// New opens the staging folder, and makes it if need be. Base is the URL of uploads, as
// clients are told it, with a slash at its end.
func New(
	dir, base string, limits Limits, objects *blobstore.Objects, now func() time.Time, rand io.Reader,
) (*Service, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open staging folder: %w", err)
	}
	s := &Service{
		dir: dir, base: base, limits: limits, objects: objects, now: now, rand: rand,
		store: filestore.New(dir), ledger: newLedger(limits.Quota, limits.Total), finishing: map[string]*sync.Mutex{},
	}
	composer := tus.NewStoreComposer()
	composer.UseCore(s.store)
	composer.UseTerminater(s.store)
	composer.UseLocker(memorylocker.New())
	handler, err := tus.NewUnroutedHandler(tus.Config{
		StoreComposer:             composer,
		BasePath:                  base,
		MaxSize:                   limits.MaxSize,
		DisableDownload:           true,
		Cors:                      &tus.CorsConfig{Disable: true},
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)),
		PreUploadCreateCallback:   s.preCreate,
		PreFinishResponseCallback: s.preFinish,
	})
	if err != nil {
		return nil, fmt.Errorf("start tus: %w", err)
	}
	s.tus = handler
	s.routes = handler.Middleware(http.HandlerFunc(s.route))
	return s, s.load()
}

// load counts what was there before a restart.
func (s *Service) load() error {
	uploads, err := s.staged(true)
	if err != nil {
		return err
	}
	for _, u := range uploads {
		d, err := digestOf(u.info)
		if err != nil {
			return fmt.Errorf("upload %s: %w", u.info.ID, err)
		}
		s.ledger.enter(u.info.ID, entry{account: u.info.MetaData[metaAccount], digest: d, size: u.info.Size})
	}
	pending, err := s.objects.Pending(context.Background())
	if err != nil {
		return err
	}
	for _, p := range pending {
		// One that was being placed when the gateway was killed counts as under way.
		_, err := s.objects.Stat(context.Background(), p.SHA256)
		if errors.Is(err, blobstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		s.ledger.place(p.SHA256, p.Account, p.Size)
	}
	return nil
}

func (s *Service) route(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		s.tus.PostFile(w, r)
	case http.MethodHead:
		s.tus.HeadFile(w, r)
	case http.MethodPatch:
		s.tus.PatchFile(w, r)
	default:
		s.tus.DelFile(w, r)
	}
}

// Create begins an upload (POST).
func (s *Service) Create(w http.ResponseWriter, r *http.Request, account string) error {
	for _, name := range []string{"Upload-Defer-Length", "Upload-Concat"} {
		if r.Header.Get(name) != "" {
			return problem.New(http.StatusBadRequest, problem.BadRequest, name+" is not offered")
		}
	}
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || length < 1 {
		return problem.New(http.StatusBadRequest, problem.BadRequest, "Upload-Length must be a number above 0")
	}
	announced, err := ParseMetadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return problem.New(http.StatusBadRequest, problem.BadRequest, err.Error())
	}
	if announced.Size != 0 && announced.Size != length {
		return problem.New(http.StatusBadRequest, problem.BadRequest, "size in Upload-Metadata is not Upload-Length")
	}
	if length > s.limits.MaxSize {
		return problem.New(http.StatusRequestEntityTooLarge, problem.TooLarge,
			fmt.Sprintf("an object may have %d bytes", s.limits.MaxSize))
	}
	wanted := entry{account: account, digest: announced.SHA256, size: length}
	if r.Header.Get(ResumeHeader) == "1" && s.tellExisting(w, wanted) {
		return nil
	}
	return s.serve(w, r, &call{account: account, digest: announced.SHA256})
}

// tellExisting answers a creation with what is here already: 200 with the Location of the
// upload under way, or with all bytes when the account placed the object before.
func (s *Service) tellExisting(w http.ResponseWriter, wanted entry) bool {
	upload, placed := s.ledger.find(wanted)
	if upload == "" && !placed {
		return false
	}
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Cache-Control", "no-store")
	if placed {
		h.Set("Upload-Offset", strconv.FormatInt(wanted.size, 10))
	} else {
		h.Set("Location", s.base+upload)
	}
	w.WriteHeader(http.StatusOK)
	return true
}

// Resume tells how much of an upload has come (HEAD). An upload whose bytes are all
// here but were not placed, because the gateway was killed, is placed first.
func (s *Service) Resume(w http.ResponseWriter, r *http.Request, account, upload string) error {
	finished, err := s.finished(upload)
	if err == nil {
		return tellDone(w, finished, account)
	}
	info, err := s.own(r.Context(), account, upload)
	if err != nil {
		return err
	}
	if info.Offset == info.Size {
		if err := s.finish(r.Context(), info); err != nil {
			return err
		}
		return tellDone(w, done{Account: account, Size: info.Size}, account)
	}
	return s.serve(w, r, &call{account: account, upload: upload})
}

// Append adds bytes (PATCH).
func (s *Service) Append(w http.ResponseWriter, r *http.Request, account, upload string) error {
	if _, err := s.own(r.Context(), account, upload); err != nil {
		return err
	}
	return s.serve(w, r, &call{account: account, upload: upload})
}

// Cancel throws an upload away (DELETE).
func (s *Service) Cancel(w http.ResponseWriter, r *http.Request, account, upload string) error {
	if _, err := s.own(r.Context(), account, upload); err != nil {
		return err
	}
	if err := s.serve(w, r, &call{account: account, upload: upload}); err != nil {
		return err
	}
	if _, err := s.info(r.Context(), upload); errors.Is(err, tus.ErrNotFound) {
		s.ledger.leave(upload)
	}
	return nil
}

// own returns an upload under way to whom it belongs, and nothing to others.
func (s *Service) own(ctx context.Context, account, upload string) (tus.FileInfo, error) {
	info, err := s.info(ctx, upload)
	if errors.Is(err, tus.ErrNotFound) {
		return tus.FileInfo{}, problem.NotFound(err)
	}
	if err != nil {
		return tus.FileInfo{}, err
	}
	if info.MetaData[metaAccount] != account {
		return tus.FileInfo{}, problem.NotFound(errors.New("upload of another account"))
	}
	return info, nil
}

func (s *Service) info(ctx context.Context, upload string) (tus.FileInfo, error) {
	if !idExact.MatchString(upload) {
		return tus.FileInfo{}, tus.ErrNotFound
	}
	u, err := s.store.GetUpload(ctx, upload)
	if err != nil {
		return tus.FileInfo{}, err
	}
	return u.GetInfo(ctx)
}

// finished returns what stays of an upload that was placed.
func (s *Service) finished(upload string) (done, error) {
	var d done
	if !idExact.MatchString(upload) {
		return d, problem.NotFound(nil)
	}
	raw, err := os.ReadFile(filepath.Join(s.dir, upload+doneSuffix))
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(raw, &d)
}

func tellDone(w http.ResponseWriter, d done, account string) error {
	if d.Account != account {
		return problem.NotFound(errors.New("upload of another account"))
	}
	size := strconv.FormatInt(d.Size, 10)
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Upload-Offset", size)
	h.Set("Upload-Length", size)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Service) newID() (string, error) {
	raw := make([]byte, idSize)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.ReadFull(s.rand, raw); err != nil {
		return "", fmt.Errorf("draw upload id: %w", err)
	}
	return hex.EncodeToString(raw), nil
}

// digestOf is what an upload announced.
func digestOf(info tus.FileInfo) (drs.Digest, error) {
	return drs.ParseDigest(info.MetaData[metaSHA256])
}

// isInfo returns the id of the upload that an info file is of.
func isInfo(file string) (string, bool) {
	upload, ok := strings.CutSuffix(file, infoSuffix)
	return upload, ok && idExact.MatchString(upload)
}
