/** The accessible names of controls to which Swagger UI gives none. */
const NAMES: Readonly<Record<string, string>> = {
  "#servers": "Server",
  "select.examples-select-element": "Example",
  "select.content-type": "Content type",
  "textarea.body-param__text": "Request body",
  ".body-param select": "Content type of the request",
};

/** What may scroll sideways. */
const SCROLLING = "pre, .highlight-code, .microlight, .scroll, .table-container, .model-box";

/**
 * Names the controls that Swagger UI draws in an element, and lets the keyboard reach what scrolls sideways in it, now
 * and whenever Swagger UI draws.
 */
export function nameControls(element: HTMLElement): void {
  let isDue = false;
  const improve = () => {
    isDue = false;
    for (const [selector, name] of Object.entries(NAMES)) {
      for (const control of element.querySelectorAll(`${selector}:not([aria-label])`)) {
        control.setAttribute("aria-label", name);
      }
    }
    for (const scrolling of element.querySelectorAll<HTMLElement>(SCROLLING)) {
      const scrolls =
        scrolling.scrollWidth > scrolling.clientWidth || scrolling.scrollHeight > scrolling.clientHeight;
      if (scrolls && !scrolling.hasAttribute("tabindex")) scrolling.tabIndex = 0;
    }
  };
  const draw = () => {
    if (!isDue) requestAnimationFrame(improve);
    isDue = true;
  };
  new MutationObserver(draw).observe(element, { childList: true, subtree: true });
}
