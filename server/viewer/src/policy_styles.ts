// xterm.js writes style elements and style attributes, both of which the page's security policy
// refuses (style-src 'self'). The same rules are welcome as objects: constructed style sheets and
// the style property. So what would be written is made into those, on this page.
export function stylesBesidePolicy(): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) =>
    name === 'style' ? styleObject(create('span')) : create(name, options)) as typeof create;

  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function set(this: Element, name: string, value: string) {
    if (name === 'style' && this instanceof HTMLElement) {
      this.style.cssText = value;
    } else {
      setAttribute.call(this, name, value);
    }
  };
}

// An element whose text is a style sheet of the document.
function styleObject(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  element.hidden = true;
  Object.defineProperty(element, 'textContent', {
    set: (rules: string) => sheet.replaceSync(rules),
  });
  return element;
}
