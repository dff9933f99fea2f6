import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The gateway that `npm run dev` talks to; in production the page and the gateway are one origin.
const gateway = process.env.VOLENS_GATEWAY ?? "http://localhost:8080";
const proxy = Object.fromEntries(
  ["/v1", "/chain", "/ga4gh", "/healthz"].map((path) => [path, { target: gateway, xfwd: true }]),
);

/** Texts are named by feature and language, for people who look at what a page loads and for scripts/size.mjs. */
function chunkName({ facadeModuleId }: { facadeModuleId: string | null }): string {
  const [, feature, language] = /(\w+)\/locales\/(\w+)\.json$/.exec(facadeModuleId ?? "") ?? [];
  return feature ? `assets/texts-${feature}-${language}-[hash].js` : "assets/[name]-[hash].js";
}

export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  // The Go program embeds this folder; web/dist/README.md stays when it is emptied.
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2023",
    sourcemap: false,
    assetsInlineLimit: 0,
    rolldownOptions: { output: { chunkFileNames: chunkName } },
  },
  server: { proxy },
  preview: { proxy },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node", testTimeout: 120_000 },
});
