// Telnet (RFC 854), as little as a terminal needs: a console that negotiates is answered, and its
// commands stay away from the screen. One that never sends IAC (255) sees nothing of this; no text
// in UTF-8 has that byte.

const iac = 255;
const [dont, doIt, wont, will] = [254, 253, 252, 251];
const [subBegin, subEnd] = [250, 240];
const [echo, suppressGoAhead] = [1, 3];

type State = 'text' | 'command' | 'option' | 'sub' | 'sub-command';

export class Telnet {
  private state: State = 'text';
  private verb = 0;
  private readonly answered = new Set<string>();

  // `answer` sends bytes to the console.
  constructor(private readonly answer: (bytes: Uint8Array<ArrayBuffer>) => void) {}

  // What of `arrived` is for the screen.
  text(arrived: Uint8Array): Uint8Array {
    if (this.state === 'text' && !arrived.includes(iac)) {
      return arrived;
    }
    const shown: number[] = [];
    for (const byte of arrived) {
      this.take(byte, shown);
    }
    return Uint8Array.from(shown);
  }

  private take(byte: number, shown: number[]): void {
    switch (this.state) {
      case 'text':
        if (byte === iac) {
          this.state = 'command';
        } else {
          shown.push(byte);
        }
        return;
      case 'command':
        this.takeCommand(byte, shown);
        return;
      case 'option':
        this.state = 'text';
        this.negotiate(this.verb, byte);
        return;
      case 'sub':
        this.state = byte === iac ? 'sub-command' : 'sub';
        return;
      case 'sub-command':
        this.state = byte === subEnd ? 'text' : 'sub';
    }
  }

  private takeCommand(byte: number, shown: number[]): void {
    if (byte === iac) {
      shown.push(iac); // the byte itself, said twice
      this.state = 'text';
    } else if (byte >= will && byte <= dont) {
      this.verb = byte;
      this.state = 'option';
    } else {
      this.state = byte === subBegin ? 'sub' : 'text';
    }
  }

  // Each offer and each wish is answered once, so that two polite ends cannot answer for ever.
  private negotiate(verb: number, option: number): void {
    const known = option === suppressGoAhead || (option === echo && verb === will);
    const asks = verb === will || verb === doIt;
    if (!asks || this.answered.has(`${verb} ${option}`)) {
      return;
    }
    this.answered.add(`${verb} ${option}`);
    const yes = verb === will ? doIt : will;
    const no = verb === will ? dont : wont;
    this.answer(Uint8Array.of(iac, known ? yes : no, option));
  }
}
