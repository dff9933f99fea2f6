/** Hands bytes to the person as a file. The name tells nothing about her. */
export function save(bytes: Uint8Array<ArrayBuffer>, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun when the event loop comes round again; a minute is ample for any browser.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
