"""The part of Marquez's API that its clients and scripts use, one file a resource.

Paths, bodies and answers are Marquez's (spec/openapi.yml of the project); what they say is drawn
from the graph and the received events, and what is sent becomes OpenLineage events.
"""
