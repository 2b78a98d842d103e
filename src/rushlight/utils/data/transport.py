"""Objects sent from a worker process, arrays without copying them into a pickle."""

from __future__ import annotations

import pickle
from multiprocessing.connection import Connection
from typing import Any


def send(connection: Connection, message: Any) -> None:
    """Send an object: its pickle, then the memory of its arrays one by one."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(message, 5, buffer_callback=buffers.append)
    memories = [buffer.raw() for buffer in buffers]
    connection.send_bytes(pickle.dumps([memory.nbytes for memory in memories]))
    connection.send_bytes(pickled)
    for memory in memories:
        connection.send_bytes(memory)


def receive(connection: Connection) -> Any:
    """An object that was sent; its arrays are writable.

    Raises:
        EOFError: the other side has gone.
    """
    sizes = pickle.loads(connection.recv_bytes())
    pickled = connection.recv_bytes()
    memories = [bytearray(size) for size in sizes]
    for memory in memories:
        connection.recv_bytes_into(memory)
    return pickle.loads(pickled, buffers=memories)
