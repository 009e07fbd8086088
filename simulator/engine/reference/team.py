"""A team: people who serve, one first-come queue, wherever its customers stand."""

from __future__ import annotations

from collections import deque

from simpy.events import Event

__all__ = ["Team", "Ticket"]


class Ticket:
    """A place in a queue: the event fires when service starts (True) or patience ends (False)."""

    __slots__ = ("event", "waiting")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.waiting = True

    def call(self, served: bool) -> None:
        """End the wait; the customer goes on before anything else happens."""
        self.waiting = False
        self.event.succeed(served)


class Team:
    """Servers and a first-come queue.

    With fewer servers than before, those busy finish; a queue may outlast closing.
    """

    def __init__(self, servers: int, is_open: bool, room: int) -> None:
        self.servers = servers
        self.is_open = is_open
        self.room = room
        self.busy = 0
        self.queue: deque[Ticket] = deque()
        self.length = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody else may wait."""
        return 0 <= self.room <= self.length

    def begin(self) -> bool:
        """Start service at once if a server is free and nobody waits."""
        if self.length or self.busy >= self.servers:
            return False
        self.busy += 1
        return True

    def join(self, ticket: Ticket) -> None:
        """Stand at the end of the queue."""
        self.queue.append(ticket)
        self.length += 1

    def renege(self, ticket: Ticket) -> None:
        """Lose patience: a served customer cannot."""
        if ticket.waiting:
            self.length -= 1
            ticket.call(served=False)

    def release(self) -> None:
        """End a service and start the head of the queue."""
        self.busy -= 1
        self.fill()

    def fill(self) -> None:
        """Start as many waiting customers as servers are free."""
        while self.queue and self.busy < self.servers:
            ticket = self.queue.popleft()
            if ticket.waiting:
                self.busy += 1
                self.length -= 1
                ticket.call(served=True)

    def change(self, servers: int, is_open: bool) -> None:
        """Open, close, or change the number of servers."""
        self.servers, self.is_open = servers, is_open
        self.fill()
