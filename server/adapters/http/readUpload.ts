import busboy from 'busboy';
import type { Request } from 'express';
import { Fault } from '../../../shared/core/fault.ts';
import { uploadName } from '../../domain/fileName.ts';
import type { BlobStore } from '../../ports/blobs.ts';

export interface Upload {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: { readonly name: string; readonly path: string; readonly bytes: number };
}

type Received = Awaited<ReturnType<BlobStore['receive']>>;

/** A form has one file and a handful of short fields; more is a mistake, or meant to fill the memory. */
const LIMITS = { files: 1, fields: 10, parts: 12, fieldSize: 4096, fieldNameSize: 100, headerPairs: 50 };

const malformed = (message: string) =>
  new Fault('invalid', 'request.malformed', message, [
    { field: 'body', message: 'must be a whole form with the fields `file`, `language` and, if wanted, `voice`' },
  ]);

const fileMissing = () =>
  new Fault('invalid', 'upload.fileMissing', 'The form holds no file.', [
    { field: 'file', message: 'must be a file in the form field named `file`' },
  ]);

/**
 * Reads a form with one file (`multipart/form-data`, the file in the field `file`), streaming the file to temporary
 * storage: however large it is, a few chunks are in memory. The caller owns the file; on a refusal nothing is left.
 * @throws Fault `upload.notForm`, `upload.fileMissing`, `upload.fileName`, `upload.oneFile`, `request.malformed`, or what
 * the store refuses (`tooLarge`)
 */
export async function readUpload(
  request: Request,
  blobs: Pick<BlobStore, 'receive' | 'discard'>,
  maxBytes: number,
): Promise<Upload> {
  const form = openForm(request);
  const fields = new Map<string, string>();
  const taken: { name: string; file: Promise<Received> | null } = { name: '', file: null };
  try {
    await new Promise<void>((resolve, reject) => {
      form.on('file', (field, stream, { filename }) => {
        // A part that is refused or cut off ends in an error here; `reject` or the store's own has told it already.
        stream.on('error', () => undefined);
        const name = uploadName(filename);
        const fault = field !== 'file' ? fileMissing() : name === null ? badName(filename) : null;
        if (fault !== null) {
          stream.resume();
          reject(fault);
          return;
        }
        taken.name = name ?? '';
        taken.file = blobs.receive(stream, maxBytes);
        taken.file.catch(reject);
      });
      form.on('field', (field, value, { valueTruncated }) => {
        if (valueTruncated) reject(malformed(`The form field ${field} is too long.`));
        fields.set(field, value);
      });
      form.on('filesLimit', () =>
        reject(
          new Fault('invalid', 'upload.oneFile', 'The form holds more than one file.', [
            { field: 'file', message: 'must be one file; send each recording in a form of its own' },
          ]),
        ),
      );
      form.on('fieldsLimit', () => reject(malformed('The form has too many fields.')));
      form.on('partsLimit', () => reject(malformed('The form has too many parts.')));
      form.on('error', (error) =>
        reject(malformed(`The form is malformed: ${error instanceof Error ? error.message : 'unreadable'}.`)),
      );
      form.on('close', resolve);
      request.once('close', () => {
        // The sender went away: the parser would wait for the rest for ever.
        if (!request.complete) reject(malformed('The upload broke off. Send it again.'));
      });
      request.pipe(form);
    });
    if (taken.file === null) throw fileMissing();
    const { path, bytes } = await taken.file;
    return { fields: Object.fromEntries(fields), file: { name: taken.name, path, bytes } };
  } catch (error) {
    request.unpipe(form);
    form.destroy();
    const left = await taken.file?.catch(() => null);
    if (left) await blobs.discard(left.path);
    throw error;
  }
}

function openForm(request: Request): busboy.Busboy {
  if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Fault('unsupported', 'upload.notForm', 'Send the file as a form: content-type multipart/form-data.', [
      { field: 'body', message: 'must be multipart/form-data' },
    ]);
  }
  try {
    // Paths are kept so that they can be refused instead of silently losing their folders.
    return busboy({ headers: request.headers, preservePath: true, defParamCharset: 'utf8', limits: LIMITS });
  } catch (error) {
    throw malformed(`The form is malformed: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
}

function badName(given: string | undefined): Fault {
  return new Fault('invalid', 'upload.fileName', `The file is named ${JSON.stringify(given)}, which holds a path.`, [
    { field: 'file', message: 'must have a plain name without folders, such as ban-tin.mp3' },
  ]);
}
