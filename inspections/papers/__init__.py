"""The papers of Home Affairs: from rows to the forms of ``documents.forms``, frozen when issued."""
