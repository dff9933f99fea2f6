// Writes NAME.gz beside each built file that gets a fifth smaller or more: the gateway sends it to whoever takes gzip.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";

const site = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "app");
for (const name of readdirSync(site, { recursive: true })) {
  const file = join(site, name);
  if (name.endsWith(".gz") || !statSync(file).isFile()) continue;
  const plain = readFileSync(file);
  const packed = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
  if (packed.length < plain.length * 0.8) writeFileSync(`${file}.gz`, packed);
}
