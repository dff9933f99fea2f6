package gateway

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/volens-network/volens/gateway/problem"
)

// sitePolicy is what pages of the web application may do: run their own scripts and wasm,
// and talk to this gateway.
const sitePolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

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
	if name == "index.html" {
		h.Set("Cache-Control", "no-cache")
	}
	http.ServeFileFS(w, r, g.deps.Site, name) //nolint:gosec // a valid path inside the site's own tree
	return nil
}
