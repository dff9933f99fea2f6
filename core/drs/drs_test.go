package drs_test

import (
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/core/drs"
)

const objectJSON = `{
  "id": "6f1c.v1",
  "self_uri": "drs://gateway.example.org/6f1c.v1",
  "size": 12,
  "created_time": "2026-03-04T05:06:07Z",
  "checksums": [{"checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "type": "sha-256"}],
  "access_methods": [{"type": "https", "access_url": {"url": "https://gateway.example.org/v1/objects/6f1c.v1"}}]
}`

func object() drs.Object {
	return drs.Object{
		ID: "6f1c.v1", SelfURI: "drs://gateway.example.org/6f1c.v1", Size: 12,
		CreatedTime: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Checksums:   []drs.Checksum{drs.Digest(sha256.Sum256([]byte("test"))).Checksum()},
		AccessMethods: []drs.AccessMethod{{
			Type:      drs.HTTPS,
			AccessURL: &drs.AccessURL{URL: "https://gateway.example.org/v1/objects/6f1c.v1"},
		}},
	}
}

func TestObject_JSONOfTheSpec(t *testing.T) {
	got, err := json.Marshal(object())
	require.NoError(t, err)
	require.JSONEq(t, objectJSON, string(got))
	back, err := drs.Parse([]byte(objectJSON))
	require.NoError(t, err)
	require.Equal(t, object(), *back)

	d, err := back.SHA256()
	require.NoError(t, err)
	require.Equal(t, drs.Digest(sha256.Sum256([]byte("test"))), d)
	u, ok := back.HTTPS()
	require.True(t, ok)
	require.Equal(t, "https://gateway.example.org/v1/objects/6f1c.v1", u.URL)
}

func TestParse_IgnoresWhatOtherServersAdd(t *testing.T) {
	_, err := drs.Parse([]byte(strings.Replace(objectJSON, "{", `{"name": "x", "aliases": ["a"],`, 1)))
	require.NoError(t, err)
}

func TestParse_Refuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":         "",
		"no object":     "[]",
		"trailing":      objectJSON + "{}",
		"negative size": strings.Replace(objectJSON, "12", "-1", 1),
		"text size":     strings.Replace(objectJSON, "12", `"12"`, 1),
		"odd time":      strings.Replace(objectJSON, "2026-03-04T05:06:07Z", "yesterday", 1),
		"too long":      objectJSON + strings.Repeat(" ", 64<<10),
	} {
		_, err := drs.Parse([]byte(text))
		require.ErrorIs(t, err, drs.ErrObject, name)
	}
}

func TestValidate_Refuses(t *testing.T) {
	for name, spoil := range map[string]func(*drs.Object){
		"no id":           func(o *drs.Object) { o.ID = "" },
		"another id":      func(o *drs.Object) { o.ID = "6f1c.v2" },
		"no self_uri":     func(o *drs.Object) { o.SelfURI = "" },
		"no time":         func(o *drs.Object) { o.CreatedTime = time.Time{} },
		"no checksum":     func(o *drs.Object) { o.Checksums = nil },
		"only md5":        func(o *drs.Object) { o.Checksums[0].Type = "md5" },
		"sha-256 twice":   func(o *drs.Object) { o.Checksums = append(o.Checksums, o.Checksums[0]) },
		"empty checksum":  func(o *drs.Object) { o.Checksums = append(o.Checksums, drs.Checksum{Type: "md5"}) },
		"upper-case":      func(o *drs.Object) { o.Checksums[0].Checksum = strings.ToUpper(o.Checksums[0].Checksum) },
		"short":           func(o *drs.Object) { o.Checksums[0].Checksum = "00" },
		"many checksums":  func(o *drs.Object) { o.Checksums = make([]drs.Checksum, 33) },
		"no access":       func(o *drs.Object) { o.AccessMethods = nil },
		"many access":     func(o *drs.Object) { o.AccessMethods = make([]drs.AccessMethod, 33) },
		"unknown type":    func(o *drs.Object) { o.AccessMethods[0].Type = "carrier-pigeon" },
		"no way":          func(o *drs.Object) { o.AccessMethods[0].AccessURL = nil },
		"plain http":      func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "http://gateway.example.org/x" },
		"no host":         func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "https:///x" },
		"password":        func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "https://a:b@gateway.example.org/x" },
		"fragment":        func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "https://gateway.example.org/x#y" },
		"not a URL":       func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "https://[::1/x" },
		"javascript":      func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "javascript:alert(1)" },
		"name as host":    func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "http://127.0.0.1.example.org/x" },
		"file under http": func(o *drs.Object) { o.AccessMethods[0].AccessURL.URL = "file:///etc/passwd" },
	} {
		o := object()
		spoil(&o)
		require.ErrorIs(t, o.Validate(), drs.ErrObject, name)
	}
}

func TestValidate_HTTPOnThisMachine(t *testing.T) {
	for _, text := range []string{"http://127.0.0.1:8080/x", "http://localhost:8080/x", "http://[::1]:8080/x"} {
		o := object()
		o.AccessMethods[0].AccessURL.URL = text
		require.NoError(t, o.Validate(), text)
	}
}

func TestHTTPS_SkipsOtherWays(t *testing.T) {
	o := object()
	o.AccessMethods = append([]drs.AccessMethod{{Type: "s3", AccessID: "cold"}}, o.AccessMethods...)
	require.NoError(t, o.Validate())
	_, ok := o.HTTPS()
	require.True(t, ok)
	o.AccessMethods = o.AccessMethods[:1]
	_, ok = o.HTTPS()
	require.False(t, ok)
}

func TestParseURI(t *testing.T) {
	for _, s := range []string{
		"drs://gateway.example.org/6f1c.v1", "drs://localhost/A-b._~9", "drs://127.0.0.1/x",
		"drs://3com.example/" + strings.Repeat("a", 128),
	} {
		u, err := drs.ParseURI(s)
		require.NoError(t, err, s)
		require.Equal(t, s, u.String())
	}
}

func TestParseURI_Refuses(t *testing.T) {
	for _, s := range []string{
		"", "drs://", "drs:///x", "drs://host", "drs://host/", "http://host/x", "DRS://host/x", "drs://Host/x",
		"drs://host:443/x", "drs://a@host/x", "drs://host/x/y", "drs://host/x?y", "drs://host/x#y", "drs://host/%41",
		"drs://host/.", "drs://host/..", "drs://-host/x", "drs://host-/x", "drs://a..b/x", "drs://host./x",
		"drs://999.1.1.1/x", "drs://1/x", "drs://h_st/x", "drs://hôst/x", "drs://host/ö", "drs://host/a b",
		"drs://host/" + strings.Repeat("a", 129), "drs://" + strings.Repeat("a", 64) + "/x",
		"drs://" + strings.Repeat("a.", 127) + "/x",
	} {
		_, err := drs.ParseURI(s)
		require.ErrorIs(t, err, drs.ErrURI, s)
	}
}

func TestParseDigest(t *testing.T) {
	want := drs.Digest(sha256.Sum256(nil))
	got, err := drs.ParseDigest(want.String())
	require.NoError(t, err)
	require.Equal(t, want, got)
	for _, s := range []string{"", "00", strings.ToUpper(want.String()), want.String()[:63] + "g", want.String() + "00"} {
		_, err := drs.ParseDigest(s)
		require.ErrorIs(t, err, drs.ErrDigest, s)
	}
}

func TestObject_AllFields(t *testing.T) {
	o := object()
	o.Size = 1 << 53
	o.Checksums = append(o.Checksums, drs.Checksum{Checksum: "d41d8cd98f00b204e9800998ecf8427e", Type: "md5"})
	o.AccessMethods = append(o.AccessMethods, drs.AccessMethod{
		Type: "htsget",
		AccessURL: &drs.AccessURL{
			URL:     "htsget://gateway.example.org/x",
			Headers: []string{"Authorization: Bearer token"},
		},
		AccessID: "again",
		Region:   "eu-west-1",
	})
	require.NoError(t, o.Validate())
	raw, err := json.Marshal(o)
	require.NoError(t, err)
	for _, part := range []string{
		`"size":9007199254740992`, `"access_id":"again"`, `"region":"eu-west-1"`, `"headers":["Authorization: Bearer token"]`,
	} {
		require.Contains(t, string(raw), part)
	}
	back, err := drs.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, o, *back)
}

func TestObject_EmptyFieldsAreLeftOut(t *testing.T) {
	raw, err := json.Marshal(object())
	require.NoError(t, err)
	for _, name := range []string{"access_id", "region", "headers", "null"} {
		require.NotContains(t, string(raw), name)
	}
}

func TestSHA256_AmongOthers(t *testing.T) {
	o := object()
	want, err := o.SHA256()
	require.NoError(t, err)
	o.Checksums = append([]drs.Checksum{{Checksum: "00", Type: "crc32c"}}, o.Checksums...)
	got, err := o.SHA256()
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, drs.Checksum{Checksum: want.String(), Type: "sha-256"}, got.Checksum())
}

func TestURI_ValidateHandMade(t *testing.T) {
	require.NoError(t, drs.URI{Host: "localhost", ID: "x"}.Validate())
	for _, u := range []drs.URI{{}, {Host: "localhost"}, {ID: "x"}, {Host: "localhost", ID: "a/b"}, {Host: "a b", ID: "x"}} {
		require.ErrorIs(t, u.Validate(), drs.ErrURI)
	}
}

func FuzzParseURI(f *testing.F) {
	f.Add("drs://gateway.example.org/6f1c.v1")
	f.Add("drs://127.0.0.1/~")
	f.Add("drs://1.2.3.4.5/..")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := drs.ParseURI(s)
		if err != nil {
			require.ErrorIs(t, err, drs.ErrURI)
			return
		}
		require.Equal(t, s, u.String())
		parsed, err := url.Parse(s)
		require.NoError(t, err)
		require.Equal(t, u.Host, parsed.Host)
		require.Equal(t, "/"+u.ID, parsed.EscapedPath())
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(objectJSON))
	f.Add([]byte(`{"access_methods":[{"type":"https","access_url":null}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := drs.Parse(raw)
		if err != nil {
			require.ErrorIs(t, err, drs.ErrObject)
			return
		}
		u, err := drs.ParseURI(o.SelfURI)
		require.NoError(t, err)
		require.Equal(t, o.SelfURI, u.String())
		out, err := json.Marshal(o)
		require.NoError(t, err)
		_, err = drs.Parse(out)
		require.NoError(t, err)
	})
}
