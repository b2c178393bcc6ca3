import { Console } from './console.ts';
import { openPage } from './open_page.ts';

// The page of a console with a screen (RFB).
openPage((place, socket, events) => new Console(place, socket, events));
