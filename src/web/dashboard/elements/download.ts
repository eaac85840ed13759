/** Has the browser save a document as a JSON file. */
export function download(file: string, document_: unknown): void {
  downloadText(file, `${JSON.stringify(document_, null, 2)}\n`, "application/json");
}

/** Has the browser save a text as a file. */
export function downloadText(file: string, text: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}
