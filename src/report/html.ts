/** Text that is HTML already. Everything else is escaped where it is put into a page, so that data can never be taken for markup. */
export interface Html {
  readonly html: string;
}

export type Part = string | number | Html | undefined | false | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const written = (part: Part): string => {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => entities[character]);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(written).join('');
};

/** A template whose parts are escaped, unless they are templates themselves. Attribute values must stand in double quotes. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: strings.reduce((page, string, i) => page + written(parts[i - 1]) + string),
});
