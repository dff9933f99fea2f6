package gateway

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/volens-network/volens/gateway/problem"
)

// sitePolicy is what pages of the web application may do: run their own scripts and wasm,
// and talk to this gateway.
const sitePolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// hashedFolder has the files whose names change with their content.
const hashedFolder = "assets/"

// acceptsGzip finds gzip among the codings of RFC 9110, section 12.5.3, unless its weight is zero.
var acceptsGzip = regexp.MustCompile(`(?i)(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:1|0\.[0-9]*[1-9])[0-9.]*)?\s*(?:,|$)`)

// noSite stands where the web application would, in a program built without it.
const noSite = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Volens storage gateway</title>
<h1>Volens storage gateway</h1>
<p>This gateway works, but its program was built without the web application. To build it: <code>make web</code>,
then build again. What programs can ask is described in <code>docs/spec/gateway.md</code>; <a href="/v1/info">/v1/info</a>
is a start.</p></html>
`

// site serves the web application: its files, and its first page for every path that is
// one of its own pages.
func (g *Gateway) site(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	name := path.Clean(strings.TrimPrefix(r.URL.Path, "/"))
	if g.deps.Site == nil {
		if name != "." && name != "/" {
			return problem.NotFound(nil)
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		if _, err := io.WriteString(w, noSite); err != nil {
			return fmt.Errorf("send page: %w", err)
		}
		return nil
	}
	if !fs.ValidPath(name) || strings.Contains(r.URL.Path, "..") {
		return problem.NotFound(errors.New("path of the site"))
	}
	info, err := fs.Stat(g.deps.Site, name)
	if err != nil || info.IsDir() {
		if path.Ext(name) != "" && name != "." {
			return problem.NotFound(err)
		}
		name = "index.html"
	}
	h.Set("Content-Security-Policy", sitePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, hashedFolder) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, g.deps.Site, g.packed(h, r, name)) //nolint:gosec // a valid path inside the site's own tree
	return nil
}

// packed gives the name of the gzip file beside a file of the site when there is one and the browser takes it.
// Only pages are sent so: a browser that unpacked a patient's own gzip file would show another one than was sealed.
func (g *Gateway) packed(h http.Header, r *http.Request, name string) string {
	if _, err := fs.Stat(g.deps.Site, name+".gz"); err != nil {
		return name
	}
	h.Add("Vary", "Accept-Encoding")
	if !takesGzip(r) {
		return name
	}
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	return name + ".gz"
}

// takesGzip reports whether an answer may be packed: a part of a packed file is of no use to anybody.
func takesGzip(r *http.Request) bool {
	return r.Header.Get("Range") == "" && acceptsGzip.MatchString(r.Header.Get("Accept-Encoding"))
}
