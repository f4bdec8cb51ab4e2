/** A small HTML page. The rows' cells are HTML already; pass text through {@link escape}. */
export function page(title: string, lead: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = columns.map((column) => `<th>${column}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title><style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 3rem auto; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; width: 100%; } th { text-align: left; color: #777; font-weight: 500; }
  td, th { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #eee; } a { color: #1a6d5c; }
</style></head><body><h1>${escape(title)}</h1><p>${escape(lead)}</p>
<table><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table></body></html>`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
