// Package web holds the web application for the programs that serve it.
//
// It is built by `make web` before the program is compiled. A program that was compiled without it still works: Site
// then says that there is none. The de-identification library that the pages load is in web/wasm.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Site returns the built web application, with index.html at its root, or nil if the program was compiled before
// `make web` had run.
func Site() fs.FS {
	site, err := fs.Sub(dist, "dist/app")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(site, "index.html"); err != nil {
		return nil
	}
	return site
}
