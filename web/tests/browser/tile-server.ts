// A server of map tiles on loopback: https with a certificate of its own making, and one drawn PNG for every tile.
// Never here: what a page does with them.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';

export interface TileServer {
	/** `https://127.0.0.1:port`. */
	origin: string;
	/** Every path that was asked for, as `/zoom/column/row.png`. */
	asked: string[];
	/** The status that each tile is answered with from now on. */
	status: number;
	stop: () => Promise<void>;
}

export async function serveTiles(): Promise<TileServer> {
	const asked: string[] = [];
	const server = createServer(selfSigned(), (request, response) => {
		asked.push(request.url ?? '');
		if (tiles.status !== 200) return response.writeHead(tiles.status).end();
		const body = tilePng(request.url ?? '');
		response.writeHead(200, { 'content-type': 'image/png', 'cache-control': 'no-store' }).end(body);
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const tiles: TileServer = {
		origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		status: 200,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
	return tiles;
}

const SIDE = 256;

/** Fields, a wood that differs from tile to tile, streets across, and the tile's edge. */
function tilePng(path: string): Buffer {
	const seed = createHash('sha256').update(path).digest();
	const [east = 0, south = 0] = seed;
	const rows = Buffer.alloc(SIDE * (1 + SIDE * 3));
	for (let y = 0; y < SIDE; y += 1)
		for (let x = 0; x < SIDE; x += 1) {
			const isEdge = x === 0 || y === 0;
			const isStreet = Math.abs(x - 96) < 4 || Math.abs(y - 160) < 4 || Math.abs(x + y - 300) < 3;
			const isWood = (x - east) ** 2 + (y - south) ** 2 < 70 ** 2;
			const colour = isEdge
				? [200, 195, 190]
				: isStreet
					? [255, 255, 255]
					: isWood
						? [190, 221, 172]
						: [242, 239, 233];
			rows.set(colour, y * (1 + SIDE * 3) + 1 + x * 3);
		}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(SIDE, 0);
	head.writeUInt32BE(SIDE, 4);
	// Eight bits for each of red, green and blue.
	head.set([8, 2], 8);
	const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
	const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
	return Buffer.concat([signature, ...parts]);
}

function chunk(name: string, body: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(name, 'latin1'), body]);
	const frame = Buffer.alloc(named.length + 8);
	frame.writeUInt32BE(body.length, 0);
	named.copy(frame, 4);
	frame.writeUInt32BE(crc32(named), named.length + 4);
	return frame;
}

/** A key and an X.509 certificate that it signed itself, for browsers that are told to take any. */
function selfSigned(): { key: string; cert: string } {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
	const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('loopback')));
	const name = der(0x30, der(0x31, commonName));
	const year = new Date().getUTCFullYear();
	const instant = (at: number) => der(0x18, Buffer.from(`${at}0101000000Z`));
	const body = der(
		0x30,
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.from([1])),
		ecdsaWithSha256,
		name,
		der(0x30, instant(year), instant(year + 2)),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
	);
	const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
	const certificate = der(0x30, body, ecdsaWithSha256, signature).toString('base64');
	return {
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${certificate.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
	};
}

/** A value of DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
