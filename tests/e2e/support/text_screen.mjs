// Does a canvas show a known text? Without reading letters: on a text screen equal characters look
// alike and different ones differ, so a picture shows the text exactly when the two agree cell for
// cell.
const columns = 80;
const rows = 25;

// The cells of a page's canvas, each as a string of its glyph's pixels: what differs from the
// cell's upper left corner, whatever the colours.
export function glyphsOnScreen(page, selector = '#screen canvas') {
  return page.evaluate(
    ([query, across, down]) => {
      const canvas = document.querySelector(query);
      const width = canvas.width / across;
      const height = canvas.height / down;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      return Array.from({ length: across * down }, (_, cell) => {
        const left = (cell % across) * width;
        const top = Math.floor(cell / across) * height;
        const pixels = new Uint32Array(context.getImageData(left, top, width, height).data.buffer);
        return Array.from(pixels, (pixel) => (pixel === pixels[0] ? '.' : '#')).join('');
      });
    },
    [selector, columns, rows],
  );
}

// The cells whose glyph does not fit `text` (80 x 25 characters, row after row). A blinking cursor
// may account for one.
export function misfits(glyphs, text) {
  const glyphOf = new Map();
  const characterOf = new Map();
  return glyphs.filter((glyph, cell) => {
    const character = text[cell];
    const fits =
      (glyphOf.get(character) ?? glyph) === glyph &&
      (characterOf.get(glyph) ?? character) === character;
    if (fits) {
      glyphOf.set(character, glyph);
      characterOf.set(glyph, character);
    }
    return !fits;
  });
}
