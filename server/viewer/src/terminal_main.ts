import { openPage } from './open_page.ts';
import { stylesBesidePolicy } from './policy_styles.ts';
import { TerminalConsole } from './terminal_console.ts';

// The page of a console without a screen: whatever a serial port or a terminal server says.
stylesBesidePolicy();
openPage((place, socket, events) => new TerminalConsole(place, socket, events));
