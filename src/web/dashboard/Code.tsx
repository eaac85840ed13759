/** Text as it is on the wire. */
export function Code({ label, children }: { label: string; children: string | undefined }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within a keyboard's reach.
    // biome-ignore lint/a11y/useSemanticElements: it is preformatted, too.
    <pre role="region" tabIndex={0} aria-label={label}>
      {children}
    </pre>
  );
}
