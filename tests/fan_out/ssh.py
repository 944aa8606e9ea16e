"""An ssh server on loopback that runs what it is told, for `dask ssh`; no system one is needed or touched."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager

import asyncssh


@contextmanager
def server(folder):
    """The port, and the file of the key that opens it."""
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    key.write_private_key(folder / "key", "pkcs1-pem")
    key.write_public_key(folder / "authorized")
    loop, running, commands = asyncio.new_event_loop(), [], []

    async def answer(process):
        commands.append(process.command)
        child = await asyncio.create_subprocess_shell(
            process.command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT, cwd=folder, start_new_session=True,
        )  # fmt: skip
        running.append(child)
        await process.redirect(stdout=child.stdout, send_eof=False)
        process.exit(await child.wait())

    async def start():
        return await asyncssh.create_server(
            asyncssh.SSHServer, "127.0.0.1", 0, server_host_keys=[key], process_factory=answer, encoding=None,
            authorized_client_keys=str(folder / "authorized"),
        )  # fmt: skip

    listening = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1], folder / "key", running, commands
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
